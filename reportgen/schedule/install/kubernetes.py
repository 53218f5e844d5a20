"""A Kubernetes CronJob with the claim for its output."""

from __future__ import annotations

import json

from reportgen.schedule.install.crontab import moments
from reportgen.schedule.install.handover import Handover, Written

NAME = "reportgen-tick.yaml"
PROJECT, OUTPUT = "/srv/reports", "/srv/output"
"""Where the project and its output stand inside the container."""


def written(handover: Handover) -> Written:
    """`reportgen-tick.yaml`: a PersistentVolumeClaim and a CronJob."""
    return Written(
        ((NAME, _manifest(handover)),),
        (
            f"Build an image with the program and the project in {PROJECT}, and name it in `image:`.",
            "kubectl create secret generic reportgen --from-literal=ledger=postgresql://…   # the run ledger",
            f"kubectl apply --dry-run=server -f {{folder}}/{NAME}",
            f"kubectl apply -f {{folder}}/{NAME}",
            "kubectl create job --from=cronjob/reportgen-tick reportgen-now        # a look at once",
        ),
    )


def _manifest(handover: Handover) -> str:
    patterns = [part for pattern in handover.jobs for part in ("--jobs", pattern)]
    arguments = json.dumps(["tick", *patterns, "--output", OUTPUT], ensure_ascii=False)
    return f"""\
# reportgen: makes the reports that are due. Kubernetes may start a Job twice or not at all; the claim in the run
# ledger makes the first harmless, and the next tick makes up for the second.
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: reportgen-output
spec:
  accessModes: [ReadWriteOnce]
  resources: {{requests: {{storage: 50Gi}}}}
---
apiVersion: batch/v1
kind: CronJob
metadata:
  name: reportgen-tick
spec:
  schedule: {json.dumps(moments(handover.every))}
  timeZone: {json.dumps(handover.zone)}
  concurrencyPolicy: Forbid
  # Without it more than 100 missed starts stop the CronJob for good.
  startingDeadlineSeconds: {max(handover.every * 60, 60)}
  successfulJobsHistoryLimit: 3
  failedJobsHistoryLimit: 10
  jobTemplate:
    spec:
      backoffLimit: 0        # the next tick resumes what was cut short
      template:
        spec:
          restartPolicy: Never
          terminationGracePeriodSeconds: 120
          automountServiceAccountToken: false
          securityContext:
            runAsNonRoot: true
            runAsUser: 10001
            fsGroup: 10001
            seccompProfile: {{type: RuntimeDefault}}
          containers:
          - name: reportgen
            image: {json.dumps(handover.image)}
            command: [reportgen]
            args: {arguments}
            workingDir: {PROJECT}
            env:
            # A pod's name is another each time and SQLite does not work over a network disk: use PostgreSQL here.
            - name: REPORTGEN_LEDGER
              valueFrom: {{secretKeyRef: {{name: reportgen, key: ledger}}}}
            - {{name: HOME, value: /tmp}}
            securityContext:
              allowPrivilegeEscalation: false
              readOnlyRootFilesystem: true
              capabilities: {{drop: [ALL]}}
            resources:
              requests: {{cpu: "1", memory: 2Gi}}
              limits: {{memory: 8Gi}}
            volumeMounts:
            - {{name: output, mountPath: {OUTPUT}}}
            - {{name: temporary, mountPath: /tmp}}
          volumes:
          - name: output
            persistentVolumeClaim: {{claimName: reportgen-output}}
          - name: temporary
            emptyDir: {{}}
"""
