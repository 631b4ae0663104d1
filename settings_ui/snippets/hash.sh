#!/bin/sh
# Prints the hash of one identity, to compare with what your server makes.
# Only for your own machine: while it runs, others there could see the key.
SECRET_KEY='__SECRET_KEY__'
printf '%s' "$1" | openssl dgst -sha256 -hmac "$SECRET_KEY" | sed 's/^.* //'
