"""How long a body is by what its head says, in whichever server the application runs."""

import pytest

from haven_fs.receiving import declared_length


@pytest.mark.parametrize(
    ("environ", "length"),
    [
        ({}, 0),
        ({"CONTENT_LENGTH": ""}, 0),
        ({"CONTENT_LENGTH": "0"}, 0),
        ({"CONTENT_LENGTH": "0012"}, 12),
        ({"HTTP_TRANSFER_ENCODING": "Chunked"}, None),
        ({"CONTENT_LENGTH": "7", "HTTP_TRANSFER_ENCODING": "chunked"}, 7),
    ],
)
def test_a_length_or_chunks(environ, length):
    assert declared_length(environ) == length


@pytest.mark.parametrize("length", ["-1", "+1", "1_0", "0x1", "1.5", "\u00b2", "\u0663", "x"])
def test_what_is_no_length(length):
    with pytest.raises(ValueError, match="not a number"):
        declared_length({"CONTENT_LENGTH": length})
