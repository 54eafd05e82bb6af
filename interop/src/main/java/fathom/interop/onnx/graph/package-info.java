/** Graphs of a model as sequences of steps over numbered values, and what operators are given to compute with. */
@NullMarked
package fathom.interop.onnx.graph;

import org.jspecify.annotations.NullMarked;
