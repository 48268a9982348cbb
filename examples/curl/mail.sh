#!/bin/sh
# Sends one message, or lists the inbox, with curl.
set -eu

set -- --silent --show-error --ssl-reqd --cacert "$MOCKMAIL_CA" --user "$MOCKMAIL_USER:$MOCKMAIL_PASSWORD"

if [ "$MOCKMAIL_PROTOCOL" != smtp ]; then
  exec curl "$@" "$MOCKMAIL_URL/"
fi

printf '%s\r\n' 'From: sender@example.com' 'To: recipient@example.com' 'Subject: Hello' '' 'Hello from curl.' |
  curl "$@" --mail-from sender@example.com --mail-rcpt recipient@example.com --upload-file - "$MOCKMAIL_URL"
