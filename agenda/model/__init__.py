"""Values and rules that hold whatever the library: times, people, events, requests, plans."""
