"""Form definitions as data, and the engine that reads, cleans and checks filled sheets. No Django here."""
