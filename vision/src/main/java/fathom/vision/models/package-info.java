/** Models of images, classic and new, by name: {@link fathom.vision.models.Models#create}. */
package fathom.vision.models;
