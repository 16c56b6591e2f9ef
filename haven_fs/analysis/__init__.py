"""What is due for which photo, and the processes that work it off."""
