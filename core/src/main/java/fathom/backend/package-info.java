/**
 * Backends of one's own: code that takes over operations from Fathom's own backends where it is faster. See {@link
 * fathom.backend.ComputeBackend}.
 */
@NullMarked
package fathom.backend;

import org.jspecify.annotations.NullMarked;
