"""A planning problem in; a plan, or the reasons for none, out."""
