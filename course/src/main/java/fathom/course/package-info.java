/** The course's example programs. */
package fathom.course;
