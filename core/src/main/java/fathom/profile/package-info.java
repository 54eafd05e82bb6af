/** The profiler: where time and memory traffic go. */
package fathom.profile;
