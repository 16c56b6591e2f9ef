"""Answers that take a while to make, such as a picture that nobody has asked for yet, without holding a thread.

All that a provider and the server around it know of each other: a server that can do it says so in the environ of each
request, and an application then puts a Future there and answers 503. The server drops that answer, gives the thread to
others, and asks the application again when the future is done. An answer that has begun may wait as well: it puts the
Future there and yields nothing, and goes on when that is done. In other servers the application waits.
"""

SUPPORTED = "haven.later.supported"
"""Where a server says that it can."""
FUTURE = "haven.later"
"""Where an application puts the concurrent.futures.Future that its answer, or the rest of it, waits for."""
DONE = "haven.later.done"
"""Where the application finds that future when it is asked again."""
