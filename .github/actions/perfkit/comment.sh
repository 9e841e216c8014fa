#!/usr/bin/env bash
# Post the comment, or update the one that carries the same marker in its first line. A token that may not comment (a
# pull request from a fork) is a warning: the job's summary holds the same text.
set -uo pipefail

comments="repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments"
first_line="<!-- perfkit:$MARKER -->"
if ! body=$(jq -Rs '{body: .}' < "$REPORTS/comment.md"); then
    echo "::warning::there is no comment to post"
    exit 0
fi
# Ours by marker and by author type: a person who quotes the marker keeps their comment.
known=$(gh api --paginate "$comments" \
    --jq ".[] | select(.user.type == \"Bot\") | select(.body | startswith(\"$first_line\")) | .id" | head -n 1)
if [ -n "$known" ]; then
    gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$known" --input - <<< "$body"
else
    gh api --silent --method POST "$comments" --input - <<< "$body"
fi || echo "::warning::the comment could not be posted; does the job have pull-requests: write?"
exit 0
