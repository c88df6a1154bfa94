#!/usr/bin/env bash
# Machines that share a cache convert a model once: fleet_test.sh PT2NNEF MODEL.pt
# The cache is nginx with WebDAV, as Bazel's documents have it. A machine is an output base.
pt2nnef=$(realpath "$1") model=$(realpath "$2")
source "$(dirname "$0")/outside.sh"
workspace "$pt2nnef"
readonly count=40
nginx=$(PATH=$PATH:/usr/sbin:$repository/.venv/nginx/usr/sbin type -P nginx) ||
  { echo "no nginx; setup.sh brings it" >&2; exit 1; }

# Archives that differ: each has a comment of its own.
archive() {
  /usr/bin/python3 - "$model" "$1" "$2" <<'EOT'
import shutil, sys, zipfile
shutil.copyfile(sys.argv[1], sys.argv[2])
with zipfile.ZipFile(sys.argv[2], "a") as archive:
    archive.comment = sys.argv[3].encode()
EOT
}
for ((i = 1; i <= count; ++i)); do archive "models/m$i.pt" "model $i"; done

mkdir -p "$work/server/cache" "$work/server/tmp"
serve() {
  cat >"$work/server/nginx.conf" <<EOT
user $(id -un);
worker_processes 1;
pid $work/server/pid;
events {}
http {
  access_log $work/server/requests;
  client_body_temp_path $work/server/tmp;
  proxy_temp_path $work/server/tmp;
  fastcgi_temp_path $work/server/tmp;
  uwsgi_temp_path $work/server/tmp;
  scgi_temp_path $work/server/tmp;
  server {
    listen 127.0.0.1:$1;
    root $work/server/cache;
    client_max_body_size 0;
    location / {
      dav_methods PUT;
      create_full_put_path on;
    }
  }
}
EOT
  "$nginx" -e "$work/server/errors" -p "$work/server" -c "$work/server/nginx.conf" 2>"$work/server/start"
}
stop_server() { kill "$(cat "$work/server/pid")" 2>/dev/null || true; }
# Ports that another took are passed over.
for _ in {1..20}; do
  port=$((RANDOM % 20000 + 20000))
  serve "$port" && break
done
[ -s "$work/server/pid" ] || { cat "$work/server/start" >&2; exit 1; }
stop_server=stop_server

# Builds all on the machine $1: how many were converted, and how many taken from the cache, must be $2
# and $3.
build_on() {
  build --remote_cache="http://127.0.0.1:$port" --execution_log_json_file="$work/log" //:each
  local got
  got=$(/usr/bin/python3 - "$work/log" <<'EOT'
import json, sys
text, at, found = open(sys.argv[1]).read(), 0, {True: 0, False: 0}
decoder = json.JSONDecoder()
while text[at:].strip():
    action, at = decoder.raw_decode(text, at + len(text[at:]) - len(text[at:].lstrip()))
    if action["mnemonic"] == "Pt2Nnef":
        found[bool(action.get("remoteCacheHit"))] += 1
print("converted", found[False], "taken", found[True])
EOT
  )
  echo "$1: $got"
  [ "$got" = "converted $2 taken $3" ] || { echo "expected: $2 and $3" >&2; exit 1; }
  [ "$(ls bazel-bin/*.nnef.tgz | wc -l)" = "$count" ]
}
sums() { (cd bazel-bin && sha256sum ./*.nnef.tgz ./*.report.json); }

build_on "first machine" "$count" 0
sums >"$work/first"
bazel clean --expunge 2>/dev/null
build_on "second machine" 0 "$count"
sums | diff "$work/first" -
archive models/m7.pt "another model"
build_on "one archive changed" 1 0
