"""What people and machines see; interfaces translate, they never decide."""
