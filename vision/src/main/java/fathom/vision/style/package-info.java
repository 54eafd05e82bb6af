/** Neural style transfer: a picture that shows the content of one image in the style of another. */
package fathom.vision.style;
