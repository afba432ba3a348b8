#!/usr/bin/env bash
# Start an Oxigraph server on a folder: benchmarks/engines/oxigraph_server.sh FOLDER [PORT]
# Queries go to http://127.0.0.1:PORT/query, updates to /update. pip install oxigraph brings it.
set -euo pipefail
folder=${1:?a folder for the data}
port=${2:-7878}
command -v oxigraph >/dev/null || { echo "no oxigraph here: pip install oxigraph" >&2; exit 2; }
mkdir -p "$folder"
exec oxigraph serve --location "$folder" --bind "127.0.0.1:$port"
