"""What `benches/run` and `benches/mixed` share: servers, loads, the machine and the report."""
