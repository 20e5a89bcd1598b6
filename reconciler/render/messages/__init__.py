"""What leaves for forges, monitoring and chats."""
