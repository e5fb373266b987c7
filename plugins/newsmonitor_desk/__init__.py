"""The pages of the desk in the Airflow UI: FastAPI, read through the package newsmonitor, nothing written."""
