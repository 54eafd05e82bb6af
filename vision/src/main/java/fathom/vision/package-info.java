/** Image data sets, transforms and models. */
package fathom.vision;
