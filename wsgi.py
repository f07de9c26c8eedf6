"""The application for any WSGI server: `gunicorn wsgi:app`. `huimin run` is the shipped way."""

from huimin.app import create_app

app = create_app()
