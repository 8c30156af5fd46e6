"""Refusals of requests that fit /openapi.json, each with the reason why no schema can say it.

Everything else that schemathesis finds is a fault of the backend or of its document.
"""

# The code of a problem, and why.
CODES = {
    "idempotency-mismatch": "Whether an id was used before is known to the database only.",
    "unsupported-media-type": "Which types of files are taken, the environment says.",
    "weak-password": "Common passwords, and those made of one's own name, are listed in no schema.",
}

# The pointer and the sentence of one error of a problem `validation`, and why.
ERRORS = {
    ("/query/cursor", "is not a cursor of this list"): "A cursor is opaque: only those that were given are taken.",
    ("/query", "must name at most one of before, after and around"): "OpenAPI cannot say that parameters exclude each other.",
    ("/query", "must name at most one of before and after"): "Nor here.",
    ("/path/key", "must be one emoji or a :name:"): "Which texts are emoji, Unicode says, and a pattern of that length nobody reads.",
    ("/alsoInConversation", "needs threadOf"): "One field needs another: each feature describes its own, and none the send as a whole.",
    ("/mutedUntil", "must be a moment such as 2026-01-31T12:00:00.000Z"): "A date-time has leap seconds and small letters as well.",
    ("/*", "must have something that can be seen"): "It goes by Unicode properties, which no two dialects of patterns share.",
    ("/query/query", "must have a letter or a digit"): "It goes by Unicode properties, too.",
    ("/query/query", "must have at most 8 words"): "So do words.",
    ("/query/query", "must have at least 3 letters or digits before the star"): "And letters.",
    ("/content", "must be 1 to 4,000 characters, or empty beside attachments"): "One field may be empty only beside another.",
    ("/members/*", "is not a user"): "Who is a user is known to the database only.",
    ("/path/userId", "is the user who asks"): "Who asks is not part of the request.",
}


def is_explained(problem):
    """Whether everything that a problem tells is listed above."""
    if problem.get("code") in CODES:
        return True
    errors = problem.get("errors", [])
    return errors != [] and all(
        any(matches(error, pointer) and error["detail"] == detail for pointer, detail in ERRORS)
        for error in errors
    )


def matches(error, pointer):
    head, star, _ = pointer.partition("*")
    return error["pointer"].startswith(head) if star else error["pointer"] == pointer
