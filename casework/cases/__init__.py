"""Cases: the story, the cost lines, attachments and questions, from draft to submission."""
