"""What people use: the command line and the chat window. Thin, with no logic of their own."""
