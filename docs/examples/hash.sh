printf '%s' "ada@example.com" | openssl dgst -sha256 -hmac "$SERVICEBOT_SECRET_KEY" -r | cut -c 1-64
