int zoo_absent(void);
int zoo_absent(void) { return 0; }
