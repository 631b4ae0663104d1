#region keys
python -c "import secrets; print(secrets.token_urlsafe(48))"
python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"
#endregion
#region prepare
set -a; . ./servicebot.env; set +a
python manage.py migrate
python manage.py collectstatic --no-input --ignore redoc
python manage.py check --deploy
#endregion
#region serve
gunicorn servicebot.wsgi --bind 127.0.0.1:8000 \
  --worker-class gthread --workers 2 --threads 32 --reuse-port
#endregion
#region health
curl --fail --header "Host: billing.example.com" http://127.0.0.1:8000/livez
curl --fail --header "Host: billing.example.com" http://127.0.0.1:8000/readyz
#endregion
#region merchant
python manage.py create_merchant --email you@example.com --name "Your shop" --mode test \
  --stripe-key "$STRIPE_KEY" --publishable-key "$STRIPE_PUBLISHABLE_KEY"
#endregion
#region forget
python manage.py forget
#endregion
#region reencrypt
python manage.py reencrypt
python manage.py reencrypt --check
#endregion
#region export
python manage.py export_merchant PORTAL_ID --to merchant.jsonl
#endregion
#region delete
python manage.py delete_merchant PORTAL_ID --name "Your shop"
#endregion
#region person
python manage.py delete_user you@example.com
#endregion
