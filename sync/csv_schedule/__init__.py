"""A schedule as offices keep it in a spreadsheet, one entry to a row, read as a calendar."""

from sync.csv_schedule.connector import CsvConnector

__all__ = ["CsvConnector"]
