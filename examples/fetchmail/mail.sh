#!/bin/sh
# Fetches mail with fetchmail, over IMAP or POP3, throws it away and leaves it on the server.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# sslproto makes STARTTLS a must; sslcertck refuses what does not verify.
cat > "$folder/fetchmailrc" <<RC
poll $MOCKMAIL_SERVERNAME service $MOCKMAIL_PORT protocol $MOCKMAIL_PROTOCOL timeout 10
  user "$MOCKMAIL_USER" password "$MOCKMAIL_PASSWORD"
  fetchall keep mda "cat >/dev/null"
  $([ "$MOCKMAIL_MODE" = implicit ] && echo ssl) sslproto "TLS1.2+" sslcertck sslcertfile "$MOCKMAIL_CA"
RC
chmod 600 "$folder/fetchmailrc"

# With a pid file of its own, for fetchmail runs once per user otherwise.
status=0
fetchmail --fetchmailrc "$folder/fetchmailrc" --pidfile "$folder/pid" --nosyslog || status=$?
# 1: there was no mail.
[ "$status" -eq 1 ] || exit "$status"
