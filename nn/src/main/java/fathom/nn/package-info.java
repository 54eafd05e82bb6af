/**
 * Layers, losses and initialisers. A {@link fathom.nn.Block} is PyTorch's module: a named tree of parameters, buffers
 * and blocks; a {@link fathom.nn.Layer} is a block from one tensor to one tensor.
 *
 * @see <a href="https://d2l.ai/chapter_builders-guide/model-construction.html">Dive into Deep Learning, Layers and
 *     Modules</a>
 */
package fathom.nn;
