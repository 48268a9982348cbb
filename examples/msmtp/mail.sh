#!/bin/sh
# Sends one message with msmtp.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cat > "$folder/msmtprc" <<RC
account default
host $MOCKMAIL_SERVERNAME
port $MOCKMAIL_PORT
timeout 10
from sender@example.com
auth plain
user $MOCKMAIL_USER
password $MOCKMAIL_PASSWORD
tls on
tls_starttls $([ "$MOCKMAIL_MODE" = starttls ] && echo on || echo off)
tls_trust_file $MOCKMAIL_CA
RC
chmod 600 "$folder/msmtprc"

printf '%s\n' 'From: sender@example.com' 'To: recipient@example.com' 'Subject: Hello' '' 'Hello from msmtp.' |
  msmtp --file="$folder/msmtprc" recipient@example.com
