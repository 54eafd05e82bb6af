/** Pooling in plain Java: vectors across the channels where these lie next to each other, plain loops elsewhere. */
package fathom.cpu.pool;
