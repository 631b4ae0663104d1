#region dump
umask 077
pg_dump --format=custom --no-owner --file=servicebot.dump "$DATABASE_URL"
#endregion
#region restore
createdb --maintenance-db="$DATABASE_URL" servicebot_restored
pg_restore --exit-on-error --single-transaction --no-owner --dbname="$RESTORED_URL" servicebot.dump
#endregion
#region restored
export DATABASE_URL="$RESTORED_URL"
python manage.py migrate
python manage.py reencrypt --check
#endregion
