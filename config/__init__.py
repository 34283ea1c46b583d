"""What the deployment and the office have decided, read once at the start."""

from config.holidays import CountryHolidays
from config.mistakes import BadConfigError, ConfigMistakeError
from config.office import read_office
from config.places import read_places
from config.policy import read_policy
from config.reader import Setting, read_settings, settings_table
from config.secret import OpenSecretError, Secret, Secrets, SecretUrl, secret_key
from config.settings import LogLevel, Settings

__all__ = [
    "BadConfigError",
    "ConfigMistakeError",
    "CountryHolidays",
    "LogLevel",
    "OpenSecretError",
    "Secret",
    "SecretUrl",
    "Secrets",
    "Setting",
    "Settings",
    "read_office",
    "read_places",
    "read_policy",
    "read_settings",
    "secret_key",
    "settings_table",
]
