/** The examples of the course, each a small program. */
package fathom.course;
