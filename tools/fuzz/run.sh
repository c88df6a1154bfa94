#!/usr/bin/env bash
# Runs a fuzz target: run.sh PROGRAM [ARGUMENT...]
exec "$@"
