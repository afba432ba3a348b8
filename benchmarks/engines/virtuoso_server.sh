#!/usr/bin/env bash
# Start a Virtuoso 7 on a folder: benchmarks/engines/virtuoso_server.sh FOLDER [HTTP_PORT] [ISQL_PORT]
# Debian: apt-get install virtuoso-opensource. Queries go to http://127.0.0.1:HTTP_PORT/sparql; the
# user SPARQL may update, so that no password is needed on this machine; nothing else may reach it.
#
#   PROVENANCE_GRAPH_REMOTE_UPDATE=http://127.0.0.1:HTTP_PORT/sparql \
#   PROVENANCE_GRAPH_REMOTE_BATCH=500 \
#   provenance-graph --store http://127.0.0.1:HTTP_PORT/sparql build --data DATA
set -euo pipefail
folder=$(realpath -m "${1:?a folder for the data}")
http=${2:-8890}
isql=${3:-1111}
command -v virtuoso-t >/dev/null || { echo "no virtuoso-t: apt-get install virtuoso-opensource" >&2; exit 2; }
mkdir -p "$folder"
cat >"$folder/virtuoso.ini" <<INI
[Database]
DatabaseFile = $folder/virtuoso.db
ErrorLogFile = $folder/virtuoso.log
LockFile = $folder/virtuoso.lck
TransactionFile = $folder/virtuoso.trx
xa_persistent_file = $folder/virtuoso.pxa
[TempDatabase]
DatabaseFile = $folder/virtuoso-temp.db
TransactionFile = $folder/virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:$isql
NumberOfBuffers = 100000
MaxDirtyBuffers = 75000
DirsAllowed = $folder
[HTTPServer]
ServerPort = 127.0.0.1:$http
[SPARQL]
ResultSetMaxRows = 10000
DefaultQuery = SELECT * { ?s ?p ?o } LIMIT 10
INI
cd "$folder"
virtuoso-t +foreground +configfile "$folder/virtuoso.ini" &
server=$!
trap 'kill "$server"' EXIT
client=$(command -v isql-vt || command -v isql-v || echo isql)
for _ in $(seq 120); do
  if "$client" "127.0.0.1:$isql" dba dba exec="grant SPARQL_UPDATE to \"SPARQL\";" >/dev/null 2>&1; then
    echo "ready: http://127.0.0.1:$http/sparql"
    break
  fi
  sleep 1
done
wait "$server"
