"""Values as bytes, on their way out of a sandbox and into one: `reading` frames from an attacker, `writing` our own.

    frame = length (8 bytes, little-endian) · header (JSON) · arrays (safetensors' format)

The header is `{"captures": [{"name", "identity", "value"}]}`, in ASCII. A value is a bare JSON scalar, or an object
whose `kind` says what it is. An array names its bytes by position in the safetensors block. Nothing is ever unpickled.
"""

from grader.wire.reading import Read, WireError, clean, decode, guest_limits, header_marks, marks, parse
from grader.wire.writing import write_frame

__all__ = ["Read", "WireError", "clean", "decode", "guest_limits", "header_marks", "marks", "parse", "write_frame"]
