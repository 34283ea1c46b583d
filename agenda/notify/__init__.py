"""Word to people: the invitations and notices that leave the house."""
