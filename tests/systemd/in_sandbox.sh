# Runs a command in the sandbox of a unit: $1 the unit, $2 the command. A copy of the unit
# with everything but what starts the program; the command's status is said at the end.
unit=$1 command=$2
path=$(systemctl show -p FragmentPath --value "$unit")
copy=/etc/systemd/system/sandbox-${unit%.service}.service
sed -E '/^(ExecStart|ExecStartPost|ExecStopPost|ExecReload|Type|NotifyAccess|WatchdogSec|Restart|RestartSec|RestartPreventExitStatus|Requires|After|StartLimit.*|RuntimeDirectory.*|LoadCredential|TimeoutStartSec)=/d; /^ +exec|^ +\/opt/d' "$path" >"$copy"
printf 'echo SANDBOX-RAN\n( %s )\necho SANDBOX-DONE $?\n' "$command" >/etc/sandbox-script
sed -i "s|^\[Service\]|[Service]\nType=oneshot\nStandardOutput=file:/run/sandbox.out\nExecStart=/bin/bash /etc/sandbox-script|" "$copy"
rm -f /run/sandbox.out
systemctl daemon-reload
systemctl start "sandbox-${unit%.service}.service"
cat /run/sandbox.out
rm -f "$copy"
systemctl daemon-reload
