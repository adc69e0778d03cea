"""What an administrator does that reaches into several rooms of casework at once."""
