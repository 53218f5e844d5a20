"""The words of a workbook itself; everything else in it comes from the document."""

from __future__ import annotations

from reportgen.config.model import Locale

WORDS: dict[Locale, dict[str, str]] = {
    "zh-CN": {
        "face": "宋体", "sheet": "目录", "unit": "单位：", "period": "报告期",
        "organisation": "单位名称", "department": "部门", "classification": "密级", "edition": "版次",
        "exhibits": "表与图", "number": "编号", "title": "标题", "section": "所在章节",
        "notes": "说明", "verify": "校验",
        "series": "系列", "item": "项目", "value": "数值", "printed": "图中标注", "low": "下限", "high": "上限",
        "base": "基数", "note": "附注",
        "exact": "数值单元格保存未经四舍五入的值，显示的小数位数与报告一致；金额按表头所列单位保存。",
        "text": "区间与说明按文字保存；“—”表示不适用，“*”表示因户数过少而隐去，两者的单元格都不含数字。",
        "twin": "本工作簿与同名PDF报告同时生成，内容以PDF报告为准。",
    },
    "en": {
        "face": "Calibri", "sheet": "Contents", "unit": "Unit: ", "period": "Period", "organisation": "Organisation",
        "department": "Department", "classification": "Classification", "edition": "Edition",
        "exhibits": "Tables and figures", "number": "Number", "title": "Title", "section": "Section", "notes": "Notes",
        "verify": "Verification",
        "series": "Series", "item": "Item", "value": "Value", "printed": "As drawn", "low": "Lower", "high": "Upper",
        "base": "Base", "note": "Remark",
        "exact": "Number cells hold values before rounding and show as many decimals as the report; "
                 "amounts are in the unit that the head names.",
        "text": "Intervals and remarks are text. A dash means not applicable, an asterisk means withheld because too "
                "few customers stand behind the figure; neither cell holds a number.",
        "twin": "This workbook was made together with the PDF report of the same name; the PDF is the record.",
    },
}
