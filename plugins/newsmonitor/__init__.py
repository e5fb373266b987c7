"""A news desk that never sleeps: feeds in, tagged stories in Parquet, one alert per story out."""

__version__ = "0.1.0"
