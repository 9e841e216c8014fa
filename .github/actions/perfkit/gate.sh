#!/usr/bin/env bash
# Run the gate and the reports of one job. The gate's exit code becomes an output, so that the reports are made and kept
# whatever it says; the action's last step ends with it.
set -uo pipefail
export PATH="$PERFKIT_BIN:$PATH"
mkdir -p "$REPORTS"

arguments=()
# each OPTION TEXT: the option once for every line of the text.
each() {
    local value
    while IFS= read -r value; do
        value=${value#"${value%%[![:space:]]*}"}
        value=${value%"${value##*[![:space:]]}"}
        [ -n "$value" ] && arguments+=("$1" "$value")
    done <<< "$2"
}
each --suite "$SUITES"
each --filter "$FILTERS"
each --instrument "$INSTRUMENTS"
[ -n "$HOST_PROFILE" ] && arguments+=(--host "$HOST_PROFILE")
[ -n "$BASE" ] && arguments+=(--base "$BASE")
[ "$QUICK" = true ] && arguments+=(--quick)

code=0
perfkit gate "${arguments[@]}" --format json > "$REPORTS/run.json" 2> "$REPORTS/gate.log" || code=$?
cat "$REPORTS/gate.log" >&2
echo "exit-code=$code" >> "$GITHUB_OUTPUT"

# The run that this gate measured. The newest of a store may be another job's, or of a commit before.
run=$(jq -r '.id // empty' "$REPORTS/run.json" 2> /dev/null)
compare() {
    [ -n "$run" ] || return
    perfkit report compare --run "$run" --marker "$MARKER" --output "$REPORTS/comment.md" > /dev/null || return
    perfkit report compare --run "$run" --format text
}
if ! compare; then
    {
        echo "<!-- perfkit:$MARKER -->"
        echo "**perfkit** has nothing to compare (exit code $code):"
        echo
        echo '```'
        tail -n 20 "$REPORTS/gate.log"
        echo '```'
    } > "$REPORTS/comment.md"
fi
cat "$REPORTS/comment.md" >> "$GITHUB_STEP_SUMMARY"
perfkit report html --output "$REPORTS/perfkit.html" || echo "::warning::perfkit made no HTML page"
exit 0
