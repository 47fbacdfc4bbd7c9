# retry runs a command up to three times: registries and mirrors fail now and then. To be sourced.
retry() {
	local attempt
	for attempt in 1 2 3; do
		"$@" && return
		echo "attempt $attempt of 3 failed: $*" >&2
		[ "$attempt" = 3 ] || sleep $((attempt * 5))
	done
	return 1
}
