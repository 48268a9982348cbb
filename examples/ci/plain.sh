#!/bin/sh
# For any CI, and for a laptop: two questions to the client in $1 and what follows. Reports go to ./reports.
#   examples/ci/plain.sh node examples/node/nodemailer.mjs
set -eu
mkdir -p reports

# Does it work at all? The command's own status is the answer.
npx mockmail exec good --protocol smtp --mode starttls -- "$@"

# Does it refuse what it must? Status 1 when a cell fails, or is no longer what the baseline says.
npx mockmail check --protocol smtp --timeout 20s \
  --baseline examples/ci/baseline.json \
  --reporter pretty --reporter markdown=reports/mail-client.md --reporter junit=reports/mail-client.xml \
  -- "$@"
