python manage.py fetch_texts
