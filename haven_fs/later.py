"""Answers that take a while to make, such as a picture that nobody has asked for yet, without holding a thread.

All that a provider and the server around it know of each other: a server that can do it says so in the environ of each
request, and an application then puts a Future there and answers 503. The server drops that answer, gives the thread to
others, and asks the application again when the future is done. In other servers the application waits.
"""

SUPPORTED = "haven.later.supported"
"""Where a server says that it can."""
FUTURE = "haven.later"
"""Where an application puts the concurrent.futures.Future that its answer waits for; only for GET and HEAD."""
DONE = "haven.later.done"
"""Where the application finds that future when it is asked again."""
