#!/bin/sh
# Creates and upgrades the schemas of Temporal's stores in the same Postgres.
set -eu

tool() { temporal-sql-tool --plugin postgres12_pgx --ep postgres -p 5432 -u streamsuites "$@"; }

for store in temporal:temporal temporal_visibility:visibility; do
	database=${store%%:*}
	folder=/etc/temporal/schema/postgresql/v12/${store##*:}/versioned
	tool --db "$database" create || true # exists already after the first time
	tool --db "$database" setup-schema -v 0.0 || true
	tool --db "$database" update-schema -d "$folder"
done
